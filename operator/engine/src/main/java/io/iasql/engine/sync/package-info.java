/** The account into the rows: listings staged by COPY, merged set by set. */
package io.iasql.engine.sync;
