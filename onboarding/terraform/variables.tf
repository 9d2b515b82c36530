# The same values as the parameters of ../trust-role.yaml, with the same limits. They are put into a JSON
# document as they are, so the limits also keep them from being anything but a value there.

variable "operator_account_id" {
  description = "The operator's AWS account, 12 digits. It must be in the same partition as this one."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.operator_account_id))
    error_message = "The operator's account takes exactly 12 digits."
  }
}

variable "worker_role_name" {
  description = "The operator's role that may come in, by name, with its path if it has one."
  type        = string
  default     = "InfraAuditWorker"

  validation {
    condition = (
      length(var.worker_role_name) <= 512 &&
      can(regex("^([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$", var.worker_role_name))
    )
    error_message = "The worker's role takes a name such as InfraAuditWorker, or path/name, without wildcards."
  }
}

variable "external_id" {
  description = "The value the operator must show each time. It belongs to this account alone."
  type        = string
  # It is kept out of plans and logs; the state has it, and so has the role's trust policy.
  sensitive = true

  validation {
    condition = (
      length(var.external_id) >= 2 && length(var.external_id) <= 1224 &&
      can(regex("^[A-Za-z0-9_+=,.@:/-]+$", var.external_id))
    )
    error_message = "The external id takes 2 to 1224 letters, digits and _+=,.@:/-."
  }
}

variable "role_name" {
  description = "The name of the role that is created here."
  type        = string
  default     = "CloudDoctorAuditRole"

  validation {
    condition     = length(var.role_name) <= 64 && can(regex("^[A-Za-z0-9_+=,.@-]+$", var.role_name))
    error_message = "The role's name takes 1 to 64 letters, digits and _+=,.@-."
  }
}

variable "role_path" {
  description = "The path of the role and its policies, where an SCP asks for one. Tell it to the operator before you deploy."
  type        = string
  default     = "/"

  validation {
    condition     = length(var.role_path) <= 512 && can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.role_path))
    error_message = "The path takes / or a path such as /audit/, which begins and ends with a slash."
  }
}

variable "permissions_boundary_arn" {
  description = "The permissions boundary of the role, where an SCP asks for one. It has to let through what the role reads."
  type        = string
  default     = ""

  validation {
    condition = can(regex("^(arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+)?$", var.permissions_boundary_arn))
    error_message = "The permissions boundary takes the ARN of a managed policy, or nothing."
  }
}

variable "tags" {
  description = "Tags of the role and its policies, where an SCP asks for some."
  type        = map(string)
  default     = {}
}
