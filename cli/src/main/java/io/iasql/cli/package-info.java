/**
 * The kubectl plugin. It knows the custom resources and the API server, and neither the operator
 * nor a database: what it shows is in a status, what it decides is in a spec.
 */
package io.iasql.cli;
