package dev.kmsagent.bootstrap.soak;

import java.time.Duration;

/**
 * Whether an agent used as much of something in the last third of a soak as in the second. The
 * first third warms up the JVM.
 *
 * @param second the lower quartile in the second third
 * @param last that in the last third
 * @param tolerance by how much it may be higher
 */
record Flatness(double second, double last, double tolerance) {
  /** In less time the JVM is not warm. */
  private static final Duration LEAST = Duration.ofMinutes(8);

  static boolean isJudged(Duration length) {
    return length.compareTo(LEAST) >= 0;
  }

  static Flatness of(Samples samples, Samples.Figure figure) {
    return new Flatness(
        samples.quartile(figure, 1.0 / 3, 2.0 / 3),
        samples.quartile(figure, 2.0 / 3, 1),
        figure.tolerance());
  }

  boolean isFlat() {
    return last <= second + tolerance;
  }

  /** By how much it grows in an hour, if it goes on as from one third of this time to the next. */
  double slope(Duration length) {
    return (last - second) * 3 * Duration.ofHours(1).toMillis() / length.toMillis();
  }
}
