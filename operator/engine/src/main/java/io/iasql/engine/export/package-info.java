/** Changes of rows as text that people can take along: SQL for another environment, and reviews. */
package io.iasql.engine.export;
