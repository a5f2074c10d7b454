from django.urls import path

from accounts.views import areas, departments, sign_in, users

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.change_password, name="change_password"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("memberships/", sign_in.memberships, name="memberships"),
    path("text-size/", sign_in.text_size, name="text_size"),
    path("areas/", areas.areas, name="areas"),
    path("areas/<int:area_id>/", areas.area, name="area"),
    path("areas/<int:area_id>/add/", areas.add_area, name="add_area"),
    path("areas/<int:area_id>/move/", areas.move_area, name="move_area"),
    path("areas/<int:area_id>/close/", areas.close_area, name="close_area"),
    path("departments/", departments.departments, name="departments"),
    path("departments/add/", departments.add_department, name="add_department"),
    path("departments/<uuid:department_id>/", departments.department, name="department"),
    path("users/", users.users, name="users"),
    path("users/add/", users.add_user, name="add_user"),
    path("users/<uuid:user_id>/", users.user, name="user"),
    path("users/<uuid:user_id>/password/", users.reset_password, name="reset_password"),
    path(
        "users/<uuid:user_id>/second-factor/",
        users.remove_second_factor,
        name="remove_second_factor",
    ),
    path("users/<uuid:user_id>/end/", users.end_account, name="end_account"),
    path("users/<uuid:user_id>/reopen/", users.reopen_account, name="reopen_account"),
]
