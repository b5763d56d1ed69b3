package io.iasql.operator.status;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why a condition is as it is, and what an event is about: one word for machines. */
public enum Reason {
  /** AWS has not answered yet. */
  VERIFYING,
  /** STS named the account of the spec. */
  ACCOUNT_CONFIRMED,
  /** STS named another account. */
  WRONG_ACCOUNT,
  /** There are no credentials to be found. */
  CREDENTIALS_MISSING,
  /** AWS does not take the credentials, or they may not do what is needed. */
  CREDENTIALS_REJECTED,
  /** No answer from AWS. */
  ENDPOINT_UNREACHABLE,
  /** AWS asks for patience. */
  THROTTLED,
  /** The spec cannot be right. */
  INVALID_SETTINGS,
  /** A defect of the operator. */
  INTERNAL_ERROR,
  /** The database is on its way. */
  DATABASE_STARTING,
  /** The database can be connected to. */
  DATABASE_READY,
  /** The Secret with the database's login is not there or not complete. */
  DATABASE_SECRET_MISSING,
  /** The database could not be made. */
  DATABASE_FAILED,
  /** The database's certificate was about to end. */
  CERTIFICATE_RENEWED,
  /** The volume of the database is smaller than the spec says and cannot grow. */
  VOLUME_NOT_GROWN,
  /** People cannot get their logins to the database. */
  LOGIN_REFUSED,
  /** The AwsConnection is not there or not ready. */
  CONNECTION_NOT_READY,
  /** The schema is being brought up to date and the modules installed. */
  INSTALLING,
  /** The account is read for the first time. */
  IMPORTING,
  /** The rows mirror the account. */
  MIRRORED,
  /** Part of the account could not be read. */
  SYNC_INCOMPLETE,
  /** The account or the database is out of reach and tried again. */
  UNAVAILABLE,
  /** No drift was looked for yet, or none was found. */
  NO_DRIFT,
  /** The account was changed past the operator. */
  DRIFTED,
  /** Somebody has a transaction open in psql. */
  TRANSACTION_OPEN,
  /** A commit is under way. */
  COMMIT_RUNNING,
  /** No commit is under way. */
  IDLE,
  /** Every guard can hold. */
  GUARDS_HOLD,
  /** A guard cannot hold as it is written. */
  GUARDS_BROKEN,
  /** Commits are under way; the deletion waits for them. */
  DELETION_WAITS,
  /** The deletion waits for a person to approve that of what is in the account. */
  DELETION_AWAITS_APPROVAL,
  /** The environment is not there or not ready. */
  ENVIRONMENT_NOT_READY,
  /** A ConfigMap or Secret that the spec names is not there, or is not what is needed. */
  INPUT_MISSING,
  /** The spec asks for nothing to be done now. */
  SUSPENDED,
  /** Other transactions come first and have not ended yet. */
  WAITING_FOR_OTHERS,
  /** A transaction that comes first has ended without having been committed. */
  DEPENDENCY_FAILED,
  /** Transactions wait for each other. */
  DEPENDENCY_CYCLE,
  /** The plan is being made. */
  PLANNING,
  /** There is a plan. */
  PLANNED,
  /** There is a plan, and it cannot be written where people read it whole. */
  PLAN_NOT_SHOWN,
  /** The SQL, or what it asks for, cannot be. */
  INVALID_TRANSACTION,
  /** A person must approve the plan. */
  AWAITING_APPROVAL,
  /** spec.approvePlan names something else than the plan. */
  APPROVAL_MISMATCH,
  /** Nobody approved the plan in time: there is a new one. */
  PLAN_EXPIRED,
  /** The plan is shown, and that is all that was asked for. */
  PLAN_ONLY,
  /** The plan of the status was approved. */
  PLAN_APPROVED,
  /** The environment approves every plan. */
  AUTOMATIC,
  /** Other commits come first. */
  QUEUED,
  /** It waits for a window of the environment to open. */
  OUTSIDE_WINDOW,
  /** AWS is being changed. */
  COMMITTING,
  /** AWS is as planned. */
  COMMITTED,
  /** The same transaction was committed before. */
  ALREADY_COMMITTED,
  /** There is nothing to change. */
  NO_CHANGES,
  /** The account moved after the approval: there is a new plan. */
  PLAN_SUPERSEDED,
  /** A person said no. */
  REJECTED,
  /** The commit could not begin; nothing was changed. */
  COMMIT_FAILED,
  /** Part of the plan is in AWS. */
  PARTIALLY_APPLIED,
  /** What was done was taken back. */
  ROLLED_BACK,
  /** The source has not committed what is to be repeated. */
  SOURCE_NOT_COMMITTED,
  /** What is to be repeated was not committed and will not be. */
  SOURCE_FAILED,
  /** The source's environment is not there. */
  SOURCE_GONE,
  /** The source has committed it too short a time ago. */
  SOAKING,
  /** The target has not what the changes refer to, or has what they insert. */
  UNMAPPED,
  /** The target has all that the changes refer to. */
  RESOLVED,
  /** What a Replication asks for cannot be. */
  INVALID_REPLICATION,
  /** The SqlTransaction that was made cannot be committed. */
  TRANSACTION_FAILED,
  /** Environments would replicate to each other without end. */
  CYCLIC_CHAIN;

  private final String text =
      Arrays.stream(name().split("_"))
          .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
          .collect(Collectors.joining());

  /** The reason of this text. */
  public static Reason of(String text) {
    return Arrays.stream(values())
        .filter(reason -> reason.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no reason " + text));
  }

  /** {@code WrongAccount}, as conditions and events have it. */
  @Override
  public String toString() {
    return text;
  }
}
