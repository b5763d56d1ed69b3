package io.iasql.engine.sync;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a sync found.
 *
 * @param resources how many resources the rows mirror now
 * @param inserted rows of resources that were new
 * @param updated rows whose resource had changed
 * @param deleted rows whose resource was gone
 * @param changedTables the tables with any of these
 * @param failures what could not be listed or merged, by table and region; its rows were left alone
 * @param drift where the account differs from the rows, as {@code update bucket acme}; empty where
 *     the rows follow the account
 * @param left tables left to the next sync because a commit moved them meanwhile
 * @param took how long it took
 */
public record SyncReport(
    long resources,
    long inserted,
    long updated,
    long deleted,
    Set<String> changedTables,
    List<String> failures,
    List<String> drift,
    Set<String> left,
    Duration took) {}
