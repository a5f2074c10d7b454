from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("memberships/", views.memberships, name="memberships"),
    path("text-size/", views.text_size, name="text_size"),
]
