/** The operator: what it is configured with and how its parts are put together. */
package io.iasql.operator;
