# The connect handler and the admin API for those who deploy with Terraform and not with serverless.yml. The zips are the same:
#
#     npm run package -- --stage prod        # makes .serverless/connect.zip and .serverless/adminApi.zip
#     terraform -chdir=infra/terraform apply -var stage=prod
#
# It leaves out what not everybody wants: the enforcer and the sessions that limits are counted in, alarms, dashboard, X-Ray, pseudonyms, a
# JWT authorizer, the API's access log, managed policies for operators. They are in infra/*.yml, in CloudFormation's words. AWS credentials
# and Region come from the environment.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.36"
    }
  }
}

variable "stage" {
  type = string
}

variable "packages" {
  description = "The folder with the zips."
  type        = string
  default     = "../../.serverless"
}

variable "log_retention_days" {
  type    = number
  default = 90
}

locals {
  handler_name   = "AWSClientVPN-policy-${var.stage}" # Client VPN invokes functions of such names alone
  admin_api_name = "client-vpn-policy-admin-api-${var.stage}"
  metrics        = { POWERTOOLS_METRICS_NAMESPACE = "ClientVpnPolicy", POWERTOOLS_LOG_LEVEL = "INFO" }
}

# The policy: every revision and its parts. Nothing is ever updated or deleted in it.
resource "aws_dynamodb_table" "rules" {
  name                        = "client-vpn-policy-${var.stage}-rules"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

# Decisions on record, each until its expiresAt.
resource "aws_dynamodb_table" "decisions" {
  name                        = "client-vpn-policy-${var.stage}-decisions"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  dynamic "attribute" {
    for_each = ["pk", "sk", "userKey", "timeKey", "place"]
    content {
      name = attribute.value
      type = "S"
    }
  }
  dynamic "global_secondary_index" {
    for_each = { byUser = "userKey", byTime = "timeKey" }
    content {
      name            = global_secondary_index.key
      projection_type = "KEYS_ONLY"
      key_schema {
        attribute_name = global_secondary_index.value
        key_type       = "HASH"
      }
      key_schema {
        attribute_name = "place"
        key_type       = "RANGE"
      }
    }
  }
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
  server_side_encryption {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

data "aws_iam_policy_document" "lambda_assumes" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# The handler reads the rules, adds to the decisions, writes its log. Nothing else.
resource "aws_cloudwatch_log_group" "handler" {
  name              = "/aws/lambda/${local.handler_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "handler" {
  name_prefix        = "client-vpn-policy-handler-"
  assume_role_policy = data.aws_iam_policy_document.lambda_assumes.json
}

data "aws_iam_policy_document" "handler" {
  statement {
    actions   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"]
    resources = [aws_dynamodb_table.rules.arn]
  }
  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.decisions.arn]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.handler.arn}:*"] # the group's streams
  }
}

resource "aws_iam_role_policy" "handler" {
  role   = aws_iam_role.handler.id
  policy = data.aws_iam_policy_document.handler.json
}

resource "aws_lambda_function" "handler" {
  function_name    = local.handler_name
  filename         = "${var.packages}/connect.zip"
  source_code_hash = filebase64sha256("${var.packages}/connect.zip")
  handler          = "handler/index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 10
  publish          = true
  role             = aws_iam_role.handler.arn
  depends_on       = [aws_cloudwatch_log_group.handler, aws_iam_role_policy.handler]

  environment {
    variables = merge(local.metrics, {
      RULES_TABLE             = aws_dynamodb_table.rules.name
      DECISIONS_TABLE         = aws_dynamodb_table.decisions.name
      POWERTOOLS_SERVICE_NAME = "client-vpn-policy-${var.stage}"
    })
  }
}

# The ARN for the endpoint: it stays the same from version to version.
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.handler.function_name
  function_version = aws_lambda_function.handler.version
}

output "connect_live_alias_arn" {
  value = aws_lambda_alias.live.arn
}

# The admin API reads and adds to the rules, reads the decisions, writes its log.
resource "aws_cloudwatch_log_group" "admin_api" {
  name              = "/aws/lambda/${local.admin_api_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "admin_api" {
  name_prefix        = "client-vpn-policy-admin-api-"
  assume_role_policy = data.aws_iam_policy_document.lambda_assumes.json
}

data "aws_iam_policy_document" "admin_api" {
  statement {
    actions   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.rules.arn]
  }
  statement {
    actions = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"]
    resources = [
      aws_dynamodb_table.decisions.arn,
      "${aws_dynamodb_table.decisions.arn}/index/byUser",
      "${aws_dynamodb_table.decisions.arn}/index/byTime",
    ]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.admin_api.arn}:*"] # the group's streams
  }
}

resource "aws_iam_role_policy" "admin_api" {
  role   = aws_iam_role.admin_api.id
  policy = data.aws_iam_policy_document.admin_api.json
}

resource "aws_lambda_function" "admin_api" {
  function_name    = local.admin_api_name
  filename         = "${var.packages}/adminApi.zip"
  source_code_hash = filebase64sha256("${var.packages}/adminApi.zip")
  handler          = "admin-api/index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  memory_size      = 1024
  timeout          = 28
  role             = aws_iam_role.admin_api.arn
  depends_on       = [aws_cloudwatch_log_group.admin_api, aws_iam_role_policy.admin_api]

  environment {
    variables = merge(local.metrics, {
      RULES_TABLE             = aws_dynamodb_table.rules.name
      DECISIONS_TABLE         = aws_dynamodb_table.decisions.name
      POWERTOOLS_SERVICE_NAME = local.admin_api_name
    })
  }
}

resource "aws_apigatewayv2_api" "admin" {
  name          = local.admin_api_name
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "admin" {
  api_id                 = aws_apigatewayv2_api.admin.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.admin_api.arn
  payload_format_version = "2.0"
}

# Each route has an authorizer; the function refuses what comes without.
resource "aws_apigatewayv2_route" "admin" {
  for_each           = toset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
  api_id             = aws_apigatewayv2_api.admin.id
  route_key          = "${each.key} /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.admin.id}"
  authorization_type = "AWS_IAM"
}

resource "aws_apigatewayv2_stage" "admin" {
  api_id      = aws_apigatewayv2_api.admin.id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_rate_limit  = 25
    throttling_burst_limit = 50
  }
}

resource "aws_lambda_permission" "admin" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.admin_api.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.admin.execution_arn}/*/*"
}

output "admin_api_url" {
  value = aws_apigatewayv2_api.admin.api_endpoint
}
