from django.db import migrations


def list_pictures(apps, schema_editor):
    """The one picture a product had becomes the first of its list."""
    product, picture = apps.get_model("catalog", "Product"), apps.get_model("catalog", "ProductPicture")
    with_picture = product.objects.filter(picture__isnull=False).values_list("pk", "picture_id")
    picture.objects.bulk_create(
        picture(product_id=pk, picture_id=picture_id, position=0) for pk, picture_id in with_picture.iterator()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_edited_in_the_console'),
    ]

    operations = [
        migrations.RunPython(list_pictures, migrations.RunPython.noop, elidable=True),
    ]
