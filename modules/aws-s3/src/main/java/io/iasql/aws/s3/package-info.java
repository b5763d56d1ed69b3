/** Module {@code aws_s3}: buckets, their websites, their public access blocks and their objects. */
package io.iasql.aws.s3;
