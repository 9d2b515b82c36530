terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The resources used here are the same in every release since; the newest that you use is fine.
      version = ">= 4.0"
    }
  }
}
