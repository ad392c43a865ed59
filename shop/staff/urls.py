from django.urls import path

from shop.staff.pages import me, people, signing_in

app_name = "staff"
urlpatterns = [
    path("login/", signing_in.SignIn.as_view(), name="login"),
    path("logout/", signing_in.SignOut.as_view(), name="logout"),
    path("theme/", signing_in.theme, name="set_theme"),
    path("first-password/", me.first_password, name="first_password"),
    path("me/", me.account, name="me"),
    path("me/prove/", me.prove, name="prove"),
    path("me/password/", me.own_password, name="own_password"),
    path("me/sessions/end/", me.end_others, name="end_own_sessions"),
    path("me/sessions/<slug:code>/end/", me.end_own, name="end_own_session"),
    path("people/", people.people, name="people"),
    path("people/hire/", people.hire, name="hire"),
    path("people/<int:staff_id>/", people.person, name="person"),
    path("people/<int:staff_id>/change/", people.change, name="change"),
    path("people/<int:staff_id>/disable/", people.disable, name="disable"),
    path("people/<int:staff_id>/enable/", people.enable, name="enable"),
    path("people/<int:staff_id>/password/", people.new_password, name="reset_password"),
    path("people/<int:staff_id>/sessions/end/", people.end_all, name="end_sessions"),
    path("people/<int:staff_id>/sessions/<slug:code>/end/", people.end_one, name="end_session"),
]
