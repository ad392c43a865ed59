from django.urls import path

from shop.staff import views, views_me, views_people

app_name = "staff"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("theme/", views.theme, name="set_theme"),
    path("first-password/", views_me.first_password, name="first_password"),
    path("me/", views_me.account, name="me"),
    path("me/prove/", views_me.prove, name="prove"),
    path("me/password/", views_me.own_password, name="own_password"),
    path("me/sessions/end/", views_me.end_others, name="end_own_sessions"),
    path("me/sessions/<slug:code>/end/", views_me.end_own, name="end_own_session"),
    path("people/", views_people.people, name="people"),
    path("people/hire/", views_people.hire, name="hire"),
    path("people/<int:staff_id>/", views_people.person, name="person"),
    path("people/<int:staff_id>/change/", views_people.change, name="change"),
    path("people/<int:staff_id>/disable/", views_people.disable, name="disable"),
    path("people/<int:staff_id>/enable/", views_people.enable, name="enable"),
    path("people/<int:staff_id>/password/", views_people.new_password, name="reset_password"),
    path("people/<int:staff_id>/sessions/end/", views_people.end_all, name="end_sessions"),
    path("people/<int:staff_id>/sessions/<slug:code>/end/", views_people.end_one, name="end_session"),
]
