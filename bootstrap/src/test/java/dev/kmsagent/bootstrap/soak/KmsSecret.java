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

  /** How long a call that was refused may last, and how long an agent remembers the refusal. */
  private static final long REMEMBERED = Testbed.READ_TIMEOUT.plus(Duration.ofSeconds(6)).toNanos();

  private final int number;
  private final int size;
  private final EmulatorSecrets kms;

  /** When each version was superseded, at the latest. */
  private final List<Long> superseded = new CopyOnWriteArrayList<>();

  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();

  /**
   * When KMS refused it.
   *
   * @param begin before KMS refused the first call
   * @param inForce from when every call was refused
   * @param lifted until when every call was refused
   */
  private record Refusal(long begin, long inForce, long lifted) {}

  KmsSecret(int number, int size, EmulatorSecrets kms) {
    this.number = number;
    this.size = size;
    this.kms = kms;
    superseded.add(Long.MAX_VALUE);
    kms.create(name(), value(1));
  }

  String name() {
    return "secret-" + number;
  }

  private String value(int version) {
    return MARK + "." + number + "." + version + "." + "x".repeat(size);
  }

  /** The number of the version that a value belongs to; 0 if it is not one of this secret. */
  int versionOf(String value) {
    var match = VALUE.matcher(value);
    var isOne =
        match.matches()
            && Integer.parseInt(match.group(1)) == number
            && Integer.parseInt(match.group(2)) <= superseded.size();
    return isOne ? Integer.parseInt(match.group(2)) : 0;
  }

  /** The number of the current version. */
  int current() {
    return superseded.size();
  }

  /** When a version was superseded, at the latest. */
  long end(int version) {
    return superseded.get(version - 1);
  }

  void rotate() {
    var next = current() + 1;
    superseded.add(Long.MAX_VALUE);
    kms.put(name(), "v" + next, value(next));
    superseded.set(next - 2, System.nanoTime());
  }

  boolean isRefused() {
    return !refusals.isEmpty() && refusals.getLast().lifted() == Long.MAX_VALUE;
  }

  /** Whether a refusal may have evicted a value, or be the cause of a failed read, in that time. */
  boolean mayBeRefused(long from, long to) {
    return refusals.stream()
        .anyMatch(
            it ->
                it.begin() <= to
                    && (it.lifted() == Long.MAX_VALUE || from <= it.lifted() + REMEMBERED));
  }

  /** Whether KMS refused each call of that time. */
  boolean isRefusedThroughout(long from, long to) {
    return refusals.stream().anyMatch(it -> it.inForce() <= from && to <= it.lifted());
  }

  /** KMS refuses it from now on: it may not be read, or is planned for deletion. */
  void refuse() {
    var begin = System.nanoTime();
    refusals.add(new Refusal(begin, Long.MAX_VALUE, Long.MAX_VALUE));
    var _ = number % 2 == 0 ? kms.deny(name()) : kms.delete(name());
    refusals.set(refusals.size() - 1, new Refusal(begin, System.nanoTime(), Long.MAX_VALUE));
  }

  void lift() {
    var last = refusals.getLast();
    var lifted = new Refusal(last.begin(), last.inForce(), System.nanoTime());
    refusals.set(refusals.size() - 1, lifted);
    var _ = number % 2 == 0 ? kms.allow(name()) : kms.restore(name());
  }

  @Override
  public String toString() {
    return name();
  }
}
