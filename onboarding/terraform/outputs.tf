output "role_arn" {
  description = "Tell the operator this ARN, or only the account if the name is the default."
  value       = aws_iam_role.audit.arn
}

output "account_id" {
  description = "The account that can now be audited."
  value       = data.aws_caller_identity.current.account_id
}

output "permission_level" {
  description = "What the role may read, as a level: a report that needs a higher one says to update the module."
  value       = local.permission_level
}
