/** AwsConnection: whether an account can be reached, and the open accounts for everybody else. */
package io.iasql.operator.connection;
