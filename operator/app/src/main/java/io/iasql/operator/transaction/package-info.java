/** SqlTransaction: from SQL to a plan, from an approval to a commit. */
package io.iasql.operator.transaction;
