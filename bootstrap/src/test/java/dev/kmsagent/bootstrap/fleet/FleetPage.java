package dev.kmsagent.bootstrap.fleet;

import dev.kmsagent.testkit.MeasuredPage;
import java.nio.file.Path;

/** The parts of {@code docs/internals/fleet-simulation.md} that simulations write. */
final class FleetPage {
  private static final MeasuredPage PAGE =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "fleet-simulation.md"),
          "fleet.write",
          "build/simulations");

  private FleetPage() {}

  /** The part of this name says {@code content}; it does after it was written anew. */
  static void verify(String part, String content) {
    PAGE.verify(part, "\n" + content + "\n");
  }
}
