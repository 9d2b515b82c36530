# InfraAudit: a role that lets one role of the operator read this account's security settings, and nothing else.
# The same as ../trust-role.yaml. Both policies are files of their own: a test of the project writes the actions
# and compares the trust.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "audit" {
  name        = var.role_name
  description = "Read by InfraAudit; see the Terraform module that made it."
  # A session that was itself opened from a role lasts at most an hour.
  max_session_duration = 3600

  assume_role_policy = templatefile("${path.module}/trust.json.tftpl", {
    partition           = data.aws_partition.current.partition
    operator_account_id = var.operator_account_id
    worker_role_name    = var.worker_role_name
    external_id         = var.external_id
  })

  tags = {
    Product = "InfraAudit"
  }
}

resource "aws_iam_role_policy" "read_security_settings" {
  name   = "ReadSecuritySettings"
  role   = aws_iam_role.audit.id
  policy = file("${path.module}/permissions.json")
}
