//! Every code: AWS's, errors first, in the order of its documentation, then this project's own.

use super::Code;

macro_rules! codes {
    ({$($kind:ident $name:ident $title:literal $meaning:literal;)*}
     {$($own_kind:ident $own:ident $own_title:literal $own_meaning:literal $page:literal;)*}) => {
        /// One static per code, so that a misspelt name does not compile.
        pub(in crate::lint) mod codes {
            use super::super::{Check, Code, FindingType, Source};
            $(
                pub(in crate::lint) static $name: Code = Code {
                    name: stringify!($name),
                    kind: FindingType::$kind,
                    title: $title,
                    meaning: $meaning,
                    check: Check::Implemented,
                    source: Source::AccessAnalyzer,
                };
            )*
            $(
                pub(in crate::lint) static $own: Code = Code {
                    name: stringify!($own),
                    kind: FindingType::$own_kind,
                    title: $own_title,
                    meaning: $own_meaning,
                    check: Check::Implemented,
                    source: Source::InfraAudit { page: $page },
                };
            )*
        }

        /// Every issue there is: Access Analyzer's, errors first, then this project's own.
        pub static CODES: &[&Code] = &[$(&codes::$name,)* $(&codes::$own,)*];
    };
}

codes! {{
    Error ARN_ACCOUNT_NOT_ALLOWED
        "ARN account not allowed"
        "An ARN names an account where that kind of resource has none, as buckets do.";
    Error ARN_REGION_NOT_ALLOWED
        "ARN Region not allowed"
        "An ARN names a region where that kind of resource has none, as roles do.";
    Error DATA_TYPE_MISMATCH
        "Data type mismatch"
        "An element holds another JSON type than it must.";
    Error DUPLICATE_KEYS_WITH_DIFFERENT_CASE
        "Duplicate keys with different case"
        "One condition block holds a key twice, in different case; keys have no case.";
    Error INVALID_ACTION
        "Invalid action"
        "The service has no action of that name, or none the pattern covers.";
    Error INVALID_ARN_ACCOUNT
        "Invalid ARN account"
        "An ARN's account is not twelve digits.";
    Error INVALID_ARN_PREFIX
        "Invalid ARN prefix"
        "A resource is neither `*` nor starts with `arn:`.";
    Error INVALID_ARN_REGION
        "Invalid ARN Region"
        "An ARN's region is not one AWS has.";
    Error INVALID_ARN_RESOURCE
        "Invalid ARN resource"
        "An ARN fits none of the formats of the service's resource types.";
    Error INVALID_ARN_SERVICE_CASE
        "Invalid ARN service case"
        "An ARN's service is not in lower case.";
    Error INVALID_CONDITION_DATA_TYPE
        "Invalid condition data type"
        "A condition mixes JSON types in one list of values.";
    Error INVALID_CONDITION_KEY_FORMAT
        "Invalid condition key format"
        "A condition key is not of the form `service:key`.";
    Error INVALID_CONDITION_MULTIPLE_BOOLEAN
        "Invalid condition multiple Boolean"
        "`Bool` or `Null` is given several values.";
    Error INVALID_CONDITION_OPERATOR
        "Invalid condition operator"
        "There is no such condition operator.";
    Error INVALID_EFFECT
        "Invalid effect"
        "`Effect` is neither `Allow` nor `Deny`.";
    Error INVALID_GLOBAL_CONDITION_KEY
        "Invalid global condition key"
        "There is no such `aws:` condition key.";
    Error INVALID_PARTITION
        "Invalid partition"
        "An ARN's partition is not one AWS has.";
    Error INVALID_POLICY_ELEMENT
        "Invalid policy element"
        "Policies have no element of that name there.";
    Error INVALID_PRINCIPAL_FORMAT
        "Invalid principal format"
        "A principal is neither `*` nor an object of kinds, or a value under `AWS` is not an account, an ARN or `*`.";
    Error INVALID_PRINCIPAL_KEY
        "Invalid principal key"
        "A principal's kind is none of `AWS`, `CanonicalUser`, `Federated`, `Service`.";
    Error INVALID_REGION
        "Invalid Region"
        "A condition on a region key names a region AWS does not have.";
    Error INVALID_SERVICE
        "Invalid service"
        "An ARN or a condition key names a service AWS does not have.";
    Error INVALID_SERVICE_CONDITION_KEY
        "Invalid service condition key"
        "The service has no such condition key.";
    Error INVALID_SERVICE_IN_ACTION
        "Invalid service in action"
        "An action names a service AWS does not have.";
    Error INVALID_VARIABLE_FOR_OPERATOR
        "Invalid variable for operator"
        "A policy variable stands in a condition that is neither of strings nor of ARNs.";
    Error INVALID_VERSION
        "Invalid version"
        "`Version` is neither `2012-10-17` nor `2008-10-17`.";
    Error JSON_SYNTAX_ERROR
        "Json syntax error"
        "The text is not JSON, or an object holds one key twice.";
    Error MISSING_ACTION
        "Missing action"
        "A statement has neither `Action` nor `NotAction`.";
    Error MISSING_ARN_FIELD
        "Missing ARN field"
        "An ARN has fewer than six fields.";
    Error MISSING_ARN_REGION
        "Missing ARN Region"
        "An ARN leaves the region out where that kind of resource has one.";
    Error MISSING_ARN_ACCOUNT
        "Missing ARN account"
        "An ARN leaves the account out where that kind of resource has one.";
    Error MISSING_EFFECT
        "Missing effect"
        "A statement has no `Effect`.";
    Error MISSING_PRINCIPAL
        "Missing principal"
        "A statement of a policy that needs one has no `Principal`.";
    Error MISSING_QUALIFIER
        "Missing qualifier"
        "A key with several values is compared without `ForAllValues` or `ForAnyValue`.";
    Error MISSING_RESOURCE
        "Missing resource"
        "A statement of a policy that needs one has neither `Resource` nor `NotResource`.";
    Error MISSING_STATEMENT
        "Missing statement"
        "The policy has no statement.";
    Error NULL_WITH_IF_EXISTS
        "Null with if exists"
        "`Null` carries the suffix `IfExists`.";
    Error SCP_SYNTAX_ERROR_ACTION_WILDCARD
        "SCP syntax error action wildcard"
        "An SCP's action has a wildcard elsewhere than at its end.";
    Error SCP_SYNTAX_ERROR_ALLOW_CONDITION
        "SCP syntax error allow condition"
        "An SCP allows with a condition (classic grammar only: AWS accepts this since September 2025).";
    Error SCP_SYNTAX_ERROR_ALLOW_NOTACTION
        "SCP syntax error allow NotAction"
        "An SCP allows with `NotAction` (classic grammar only: AWS accepts this since September 2025).";
    Error SCP_SYNTAX_ERROR_ALLOW_RESOURCE
        "SCP syntax error allow resource"
        "An SCP allows on some resources only (classic grammar only: AWS accepts this since September 2025).";
    Error SCP_SYNTAX_ERROR_NOTRESOURCE
        "SCP syntax error NotResource"
        "An SCP has `NotResource` (classic grammar only: AWS accepts this since September 2025).";
    Error SCP_SYNTAX_ERROR_PRINCIPAL
        "SCP syntax error principal"
        "An SCP names principals.";
    Error UNIQUE_SIDS_REQUIRED
        "Unique Sids required"
        "Two statements share a `Sid` in a policy whose type forbids it.";
    Error UNSUPPORTED_ACTION_IN_POLICY
        "Unsupported action in policy"
        "The policy of a resource lists an action of another service. Needs the attached resource's type, or is a trust policy with actions other than of `sts`.";
    Error UNSUPPORTED_ELEMENT_COMBINATION
        "Unsupported element combination"
        "An element stands beside its `Not` form.";
    Error UNSUPPORTED_GLOBAL_CONDITION_KEY
        "Unsupported global condition key"
        "`aws:ARN` is used in a policy that is not an identity policy.";
    Error UNSUPPORTED_PRINCIPAL
        "Unsupported principal"
        "An identity policy names principals.";
    Error UNSUPPORTED_RESOURCE_ARN_IN_POLICY
        "Unsupported resource ARN in policy"
        "The policy of a resource names a resource of another service. Needs the attached resource's type.";
    Error UNSUPPORTED_SID
        "Unsupported Sid"
        "A `Sid` has characters other than letters and digits in a policy whose type forbids it.";
    Error UNSUPPORTED_WILDCARD_IN_PRINCIPAL
        "Unsupported wildcard in principal"
        "A principal is a pattern; only `*` alone is understood, and only as `AWS`.";
    Error MISSING_BRACE_IN_VARIABLE
        "Missing brace in variable"
        "A policy variable is not closed.";
    Error MISSING_QUOTE_IN_VARIABLE
        "Missing quote in variable"
        "A policy variable's default value lacks a single quote.";
    Error UNSUPPORTED_SPACE_IN_VARIABLE
        "Unsupported space in variable"
        "A policy variable's name holds a space.";
    Error EMPTY_VARIABLE
        "Empty variable"
        "A policy variable names nothing.";
    Error VARIABLE_UNSUPPORTED_IN_ELEMENT
        "Variable unsupported in element"
        "A policy variable stands elsewhere than in a resource or a condition.";
    Error VARIABLE_UNSUPPORTED_IN_VERSION
        "Variable unsupported in version"
        "A policy variable stands in a policy whose `Version` is not `2012-10-17`, where it is plain text.";
    Error PRIVATE_IP_ADDRESS
        "Private IP address"
        "A condition on `aws:SourceIp` lists private addresses only, so it never holds.";
    Error PRIVATE_NOT_IP_ADDRESS
        "Private NotIpAddress"
        "A negated condition on `aws:SourceIp` lists private addresses only, so it always holds.";
    Error POLICY_SIZE_EXCEEDS_SCP_QUOTA
        "Policy size exceeds SCP quota"
        "An SCP is longer than 5,120 characters.";
    Error INVALID_SERVICE_PRINCIPAL_FORMAT
        "Invalid service principal format"
        "A service principal is not written as its kind demands.";
    Error MISSING_TAG_KEY_IN_CONDITION
        "Missing tag key in condition"
        "A tag condition key lacks the tag's key.";
    Error INVALID_VPC_FORMAT
        "Invalid vpc format"
        "A value of `aws:SourceVpc` is not a VPC's id.";
    Error INVALID_VPCE_FORMAT
        "Invalid vpce format"
        "A value of `aws:SourceVpce` is not a VPC endpoint's id.";
    Error FEDERATED_PRINCIPAL_NOT_SUPPORTED
        "Federated principal not supported"
        "A policy other than a role's trust policy names an identity provider.";
    Error UNSUPPORTED_ACTION_FOR_CONDITION_KEY
        "Unsupported action for condition key"
        "Actions come without the key they are conditioned on: request tags on an action that carries none, or, in the policy of a resource or role, a service's own key. Actions with wildcards are left out.";
    Error UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
        "Unsupported condition key for service principal"
        "An AWS service is granted access under a condition on a key that services do not have.";
    Error ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL
        "Role trust policy syntax error notprincipal"
        "A role's trust policy has `NotPrincipal`.";
    Error ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL
        "Role trust policy unsupported wildcard in principal"
        "A role's trust policy trusts `\"*\"` as its whole principal.";
    Error ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE
        "Role trust policy syntax error resource"
        "A role's trust policy names a resource.";
    Error MISSING_ACTION_FOR_CONDITION_KEY
        "Missing action for condition key"
        "A trust policy has a condition on session tags or the source identity without the action that sets them.";
    Error INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY
        "Invalid federated principal syntax in role trust policy"
        "A federated principal is neither a domain nor a provider's ARN.";
    Error MISMATCHED_ACTION_FOR_PRINCIPAL
        "Mismatched action for principal"
        "A trust policy pairs an action with a principal that cannot call it.";
    Error MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY
        "Missing action for roles anywhere trust policy"
        "A role for IAM Roles Anywhere lacks one of the three actions the service needs.";
    Error POLICY_SIZE_EXCEEDS_RCP_QUOTA
        "Policy size exceeds RCP quota"
        "An RCP is longer than 5,120 characters.";
    Error RCP_SYNTAX_ERROR_PRINCIPAL
        "RCP syntax error principal"
        "An RCP's principal is not `*`, or it has `NotPrincipal`.";
    Error RCP_SYNTAX_ERROR_ALLOW
        "RCP syntax error allow"
        "An RCP allows something other than everything to everyone.";
    Error RCP_SYNTAX_ERROR_NOTACTION
        "RCP syntax error NotAction"
        "An RCP has `NotAction`.";
    Error RCP_SYNTAX_ERROR_ACTION
        "RCP syntax error action"
        "An RCP lists an action of a service that RCPs do not reach.";
    Error INVALID_KMS_KEY_VALUE
        "Invalid kms key value"
        "A condition on the encryption key of an S3 upload is not a KMS key's ARN.";
    Warning CREATE_SLR_WITH_NOT_RESOURCE
        "Create SLR with NotResource"
        "`iam:CreateServiceLinkedRole` is allowed with `NotResource`.";
    Warning CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE
        "Create SLR with star in action and NotResource"
        "A pattern that covers `iam:CreateServiceLinkedRole` is allowed with `NotResource`.";
    Warning CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE
        "Create SLR with NotAction and NotResource"
        "`NotAction` leaves `iam:CreateServiceLinkedRole` allowed with `NotResource`.";
    Warning CREATE_SLR_WITH_STAR_IN_RESOURCE
        "Create SLR with star in resource"
        "`iam:CreateServiceLinkedRole` is allowed on every role.";
    Warning CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE
        "Create SLR with star in action and resource"
        "A pattern that covers `iam:CreateServiceLinkedRole` is allowed on every role.";
    Warning CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION
        "Create SLR with star in resource and NotAction"
        "`NotAction` leaves `iam:CreateServiceLinkedRole` allowed on every role.";
    Warning DEPRECATED_GLOBAL_CONDITION_KEY
        "Deprecated global condition key"
        "An identity policy uses `aws:ARN`, whose successor is `aws:PrincipalArn`.";
    Warning INVALID_DATE_VALUE
        "Invalid date value"
        "A date is given in seconds since 1970.";
    Warning INVALID_ROLE_REFERENCE
        "Invalid role reference"
        "A principal is a role's id, which a deleted role leaves behind.";
    Warning INVALID_USER_REFERENCE
        "Invalid user reference"
        "A principal is a user's id, which a deleted user leaves behind.";
    Warning MISSING_VERSION
        "Missing version"
        "The policy has no `Version`, so variables are plain text.";
    Warning UNIQUE_SIDS_RECOMMENDED
        "Unique Sids recommended"
        "Two statements share a `Sid` in a policy whose type permits it.";
    Warning WILDCARD_WITHOUT_LIKE_OPERATOR
        "Wildcard without like operator"
        "A value has a wildcard that the operator takes as plain text.";
    Warning POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA
        "Policy size exceeds identity policy quota"
        "An identity policy is longer than 10,240 characters, white space aside.";
    Warning POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA
        "Policy size exceeds resource policy quota"
        "A resource policy is longer than 20,480 bytes (32,768 for a KMS key).";
    Warning TYPE_MISMATCH
        "Type mismatch"
        "The operator does not fit the type of the condition key.";
    Warning TYPE_MISMATCH_BOOLEAN
        "Type mismatch Boolean"
        "A value under `Bool` or `Null` is neither `true` nor `false`.";
    Warning TYPE_MISMATCH_DATE
        "Type mismatch date"
        "A value under a date operator is not a date.";
    Warning TYPE_MISMATCH_IP_RANGE
        "Type mismatch IP range"
        "A value under an address operator is not an address or range.";
    Warning TYPE_MISMATCH_NUMBER
        "Type mismatch number"
        "A value under a numeric operator is not a number.";
    Warning TYPE_MISMATCH_STRING
        "Type mismatch string"
        "A value under `BinaryEquals` is not base64.";
    Warning SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED
        "Specific github repo and branch recommended"
        "A role trusts GitHub for a subject with a wildcard.";
    Warning POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA
        "Policy size exceeds role trust policy quota"
        "A trust policy is longer than 2,048 characters, white space aside.";
    SecurityWarning ALLOW_WITH_NOT_PRINCIPAL
        "Allow with NotPrincipal"
        "A statement allows with `NotPrincipal`.";
    SecurityWarning FORALLVALUES_WITH_SINGLE_VALUED_KEY
        "ForAllValues with single valued key"
        "`ForAllValues` is used on a key with one value, and holds when the key is missing.";
    SecurityWarning PASS_ROLE_WITH_NOT_RESOURCE
        "Pass role with NotResource"
        "`iam:PassRole` is allowed with `NotResource`.";
    SecurityWarning PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE
        "Pass role with star in action and NotResource"
        "A pattern that covers `iam:PassRole` is allowed with `NotResource`.";
    SecurityWarning PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE
        "Pass role with NotAction and NotResource"
        "`NotAction` leaves `iam:PassRole` allowed with `NotResource`.";
    SecurityWarning PASS_ROLE_WITH_STAR_IN_RESOURCE
        "Pass role with star in resource"
        "`iam:PassRole` is allowed on every role, for any service.";
    SecurityWarning PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE
        "Pass role with star in action and resource"
        "A pattern that covers `iam:PassRole` is allowed on every role, for any service.";
    SecurityWarning PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION
        "Pass role with star in resource and NotAction"
        "`NotAction` leaves `iam:PassRole` allowed on every role, for any service.";
    SecurityWarning MISSING_PAIRED_CONDITION_KEYS
        "Missing paired condition keys"
        "`aws:VpcSourceIp` is used without `aws:SourceVpc` or `aws:SourceVpce`: private addresses repeat.";
    SecurityWarning DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        "Deny with unsupported tag condition key for service"
        "A denial by `aws:ResourceTag` lists actions that have no such tag, and so are not denied.";
    SecurityWarning DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        "Deny NotAction with unsupported tag condition key for service"
        "A denial by `aws:ResourceTag` with `NotAction` passes over actions that have no such tag.";
    SecurityWarning RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL
        "Restrict access to service principal"
        "An AWS service is granted access whoever it acts for.";
    SecurityWarning MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL
        "Missing condition key for oidc principal"
        "A role trusts an OIDC provider for whatever token it issues.";
    SecurityWarning MISSING_GITHUB_REPO_CONDITION_KEY
        "Missing github repo condition key"
        "A role trusts GitHub for any repository's token.";
    SecurityWarning STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS
        "String like operator with ARN condition keys"
        "A key that holds ARNs is compared with `StringLike`, whose `*` crosses the colons of an ARN.";
    Suggestion EMPTY_ARRAY_ACTION
        "Empty array action"
        "A statement's list of actions is empty.";
    Suggestion EMPTY_ARRAY_CONDITION
        "Empty array condition"
        "A condition key's list of values is empty.";
    Suggestion EMPTY_ARRAY_CONDITION_FORALLVALUES
        "Empty array condition ForAllValues"
        "An empty list under `ForAllValues` holds only when the key is missing.";
    Suggestion EMPTY_ARRAY_CONDITION_FORANYVALUE
        "Empty array condition ForAnyValue"
        "An empty list under `ForAnyValue` never holds.";
    Suggestion EMPTY_ARRAY_CONDITION_IFEXISTS
        "Empty array condition IfExists"
        "An empty list under `…IfExists` holds only when the key is missing.";
    Suggestion EMPTY_ARRAY_PRINCIPAL
        "Empty array principal"
        "A principal's list is empty.";
    Suggestion EMPTY_ARRAY_RESOURCE
        "Empty array resource"
        "A statement's list of resources is empty.";
    Suggestion EMPTY_OBJECT_CONDITION
        "Empty object condition"
        "A condition, or one operator's block of it, is empty.";
    Suggestion EMPTY_OBJECT_PRINCIPAL
        "Empty object principal"
        "A principal is an empty object.";
    Suggestion EMPTY_SID_VALUE
        "Empty Sid value"
        "A `Sid` is empty.";
    Suggestion IMPROVE_IP_RANGE
        "Improve IP range"
        "A range has bits set after its mask, which count for nothing.";
    Suggestion NULL_WITH_QUALIFIER
        "Null with qualifier"
        "`Null` is used with `ForAllValues` or `ForAnyValue`.";
    Suggestion PRIVATE_IP_ADDRESS_SUBSET
        "Private IP address subset"
        "A condition on `aws:SourceIp` lists private addresses among public ones.";
    Suggestion PRIVATE_NOT_IP_ADDRESS_SUBSET
        "Private NotIpAddress subset"
        "A negated condition on `aws:SourceIp` lists private addresses among public ones.";
    Suggestion REDUNDANT_ACTION
        "Redundant action"
        "An action is covered by another of the same list.";
    Suggestion REDUNDANT_CONDITION_VALUE_NUM
        "Redundant condition value num"
        "An order comparison lists several numbers where the widest decides.";
    Suggestion REDUNDANT_RESOURCE
        "Redundant resource"
        "A resource is covered by another of the same list.";
    Suggestion REDUNDANT_STATEMENT
        "Redundant statement"
        "Two statements say the same.";
    Suggestion WILDCARD_IN_SERVICE_NAME
        "Wildcard in service name"
        "The service of an action or an ARN is a pattern.";
    Suggestion ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        "Allow with unsupported tag condition key for service"
        "A grant by `aws:ResourceTag` lists actions that have no such tag, and so are not granted.";
    Suggestion ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        "Allow NotAction with unsupported tag condition key for service"
        "A grant by `aws:ResourceTag` with `NotAction` passes over actions that have no such tag.";
    Suggestion RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
        "Recommended condition key for service principal"
        "An AWS service is restricted by a key meant for something else, such as `aws:Referer`.";
    Suggestion IRRELEVANT_CONDITION_KEY_IN_POLICY
        "Irrelevant condition key in policy"
        "A bucket's or access point's policy has a condition on `s3:ResourceAccount`. Needs the attached resource's type.";
    Suggestion REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY
        "Redundant principal in role trust policy"
        "A session stands beside its role.";
    Suggestion CONFIRM_AUDIENCE_CLAIM_TYPE
        "Confirm audience claim type"
        "A provider's `aud` is compared with a qualifier; it may be single-valued.";
    Suggestion EQUIVALENT_TO_NULL_FALSE
        "Equivalent to Null false"
        "`StringLike` with `*` alone asks only whether the key is there; `Null` says so.";

} {
    Error INFRAAUDIT_POLICY_REFUSED
        "Policy refused"
        "AWS would not store the policy (`MalformedPolicyDocument`), for a reason that Access Analyzer names no error for."
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";
    SecurityWarning INFRAAUDIT_TRUST_IN_EVERYONE
        "Trust in everyone"
        "A role trusts `{\"AWS\": \"*\"}` without a condition: every account's principals may assume it."
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous";
    Warning INFRAAUDIT_RESOURCE_FITS_NO_ACTION
        "Resource fits no action"
        "A resource is of a kind that none of the statement's actions works on, so it does nothing there."
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";
}}
