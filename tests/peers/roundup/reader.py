
# The role of the account that may read and not write.
db.security.addRole(name="Reader", description="May look and change nothing")
for name in "Web Access", "Rest Access":
    db.security.addPermissionToRole("Reader", name)
for cl in "issue", "file", "msg", "keyword", "priority", "status":
    db.security.addPermissionToRole("Reader", "View", cl)
p = db.security.addPermission(
    name="View", klass="user", properties=("id", "organisation", "phone", "realname", "timezone", "username")
)
db.security.addPermissionToRole("Reader", p)
