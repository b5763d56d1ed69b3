/**
 * The custom resources of group {@code iasql.io} as Java types. The definitions in {@code
 * crds/kubernetes} are generated from them; a description here is what {@code kubectl explain}
 * says, and defaults and limits live in the schema alone.
 */
package io.iasql.crds;
