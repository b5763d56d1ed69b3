/** PostgreSQL: connections, migrations, installed modules, users' SQL and pictures of rows. */
package io.iasql.engine.store;
