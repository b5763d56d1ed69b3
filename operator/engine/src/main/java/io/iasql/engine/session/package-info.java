/** The engine's functions in psql: calls that come in by the database, and the open transaction. */
package io.iasql.engine.session;
