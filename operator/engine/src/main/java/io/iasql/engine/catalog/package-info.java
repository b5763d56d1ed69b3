/** What tables, columns and modules there are: read from records, annotations and PostgreSQL. */
package io.iasql.engine.catalog;
