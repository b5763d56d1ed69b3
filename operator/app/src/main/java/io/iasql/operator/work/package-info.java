/** Long work: everything that waits for PostgreSQL or AWS, off the reconcile threads. */
package io.iasql.operator.work;
