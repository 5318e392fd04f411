package dev.kmsagent.testkit;

import org.junit.jupiter.api.AutoClose;

final class RealTimeTest implements SchedulerContract {
  @AutoClose private final RealTime time = new RealTime();

  @Override
  public RealTime scheduler() {
    return time;
  }
}
