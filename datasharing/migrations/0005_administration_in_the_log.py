from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasharing', '0004_access_kind_import'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accessrecord',
            name='kind',
            field=models.CharField(choices=[('read', 'Read'), ('list', 'Listed'), ('search', 'Searched'), ('write', 'Written'), ('picture', 'Picture viewed'), ('export', 'Exported'), ('import', 'Imported'), ('match', 'Face compared'), ('erase', 'Erased'), ('decide', 'Decided'), ('audit', 'Access log opened'), ('administer', 'Offices and permissions')], max_length=10, verbose_name='kind'),
        ),
    ]
