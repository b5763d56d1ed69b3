/** Module {@code aws_iam}: IAM users, their access keys and passwords, and IAM roles. */
package io.iasql.aws.iam;
