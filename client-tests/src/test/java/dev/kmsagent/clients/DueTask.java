package dev.kmsagent.clients;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.NoOpTaskScheduler;

/** A scheduler that runs what it was last given when a test says so. */
final class DueTask extends NoOpTaskScheduler {
  private @Nullable Runnable task;

  @Override
  public @Nullable ScheduledFuture<?> schedule(Runnable due, Trigger trigger) {
    task = due;
    return super.schedule(due, trigger);
  }

  String run() {
    requireNonNull(task, "nothing is scheduled").run();
    return "done";
  }
}
