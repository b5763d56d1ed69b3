/** How an environment gets its PostgreSQL. Knows nothing of what is in it. */
package io.iasql.operator.database;
