package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.emulator.EmulatorSecrets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * A secret in KMS, whose versions are numbered from 1, with the times at which it changed. One
 * thread changes it; others may read.
 */
final class KmsSecret {
  /** Part of every value: must not be in any answer without a token. */
  static final String MARK = "value-0f3a91c7";

  private static final Pattern VALUE = Pattern.compile(MARK + "\\.(\\d+)\\.(\\d+)\\.x*");

  /** How long an agent remembers a refusal. */
  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  /** The answer to a call that was refused before the refusal was lifted is forgotten by then. */
  private static final long LAST_CALL =
      Testbed.READ_TIMEOUT.plus(REMEMBERED).plus(Duration.ofSeconds(1)).toNanos();

  private final int number;
  private final int size;
  private final EmulatorSecrets kms;
  private final List<Version> versions = new CopyOnWriteArrayList<>();
  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();

  /** When a version became current at the earliest, and was superseded at the latest. */
  record Version(long since, long until) {}

  /**
   * When KMS refused it.
   *
   * @param begin before KMS refused the first call
   * @param inForce from when every call was refused
   * @param lifted until when every call was refused
   */
  record Refusal(boolean deletion, long begin, long inForce, long lifted) {
    /** Whether it may have evicted a value, or be the cause of a failed read, in that time. */
    boolean mayAffect(long from, long to) {
      return begin <= to && (lifted == Long.MAX_VALUE || from <= lifted + LAST_CALL);
    }

    /** Whether KMS refused each call of that time. */
    boolean holds(long from, long to) {
      return inForce <= from && to <= lifted;
    }
  }

  KmsSecret(int number, int size, EmulatorSecrets kms) {
    this.number = number;
    this.size = size;
    this.kms = kms;
    kms.create(name(), value(1));
    versions.add(new Version(System.nanoTime(), Long.MAX_VALUE));
  }

  int number() {
    return number;
  }

  String name() {
    return "secret-" + number;
  }

  /** The number of the version that a value belongs to; 0 if it is not one of this secret. */
  int versionOf(String value) {
    var match = VALUE.matcher(value);
    var isOne =
        match.matches()
            && Integer.parseInt(match.group(1)) == number
            && Integer.parseInt(match.group(2)) <= versions.size();
    return isOne ? Integer.parseInt(match.group(2)) : 0;
  }

  /** Whether a value is that of the current version. */
  boolean isCurrent(String value) {
    return versionOf(value) == versions.size();
  }

  Version version(int which) {
    return versions.get(which - 1);
  }

  private String value(int version) {
    return MARK + "." + number + "." + version + "." + "x".repeat(size);
  }

  void rotate() {
    var next = versions.size() + 1;
    var last = versions.getLast();
    versions.add(new Version(System.nanoTime(), Long.MAX_VALUE));
    kms.put(name(), "v" + next, value(next));
    versions.set(next - 2, new Version(last.since(), System.nanoTime()));
  }

  boolean isRefused() {
    return !refusals.isEmpty() && refusals.getLast().lifted() == Long.MAX_VALUE;
  }

  /** Whether it was refused in this time or shortly before. */
  boolean wasRefusedSince(long time) {
    return refusals.stream().anyMatch(refusal -> refusal.mayAffect(time, Long.MAX_VALUE));
  }

  List<Refusal> refusals() {
    return refusals;
  }

  /** KMS refuses it from now on: it is planned for deletion, or may not be read. */
  void refuse(boolean deletion) {
    var begin = System.nanoTime();
    refusals.add(new Refusal(deletion, begin, Long.MAX_VALUE, Long.MAX_VALUE));
    if (deletion) {
      kms.delete(name());
    } else {
      kms.deny(name());
    }
    var now = System.nanoTime();
    refusals.set(refusals.size() - 1, new Refusal(deletion, begin, now, Long.MAX_VALUE));
  }

  void lift() {
    var last = refusals.getLast();
    var lifted = new Refusal(last.deletion(), last.begin(), last.inForce(), System.nanoTime());
    refusals.set(refusals.size() - 1, lifted);
    if (last.deletion()) {
      kms.restore(name());
    } else {
      kms.allow(name());
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
