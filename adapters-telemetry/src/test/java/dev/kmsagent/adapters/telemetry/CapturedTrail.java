package dev.kmsagent.adapters.telemetry;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.event.KeyValuePair;

/** An audit trail for one test: it keeps its lines and delivers them as it is told. */
final class CapturedTrail implements AuditTrail {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private CompletionStage<Delivery> delivery = CompletableFuture.completedStage(Delivery.WRITTEN);

  @Override
  public CompletionStage<Delivery> write(String event, List<KeyValuePair> fields) {
    var text = fields.stream().map(field -> " " + field.key + "=" + field.value);
    lines.add(event + text.collect(Collectors.joining()));
    return delivery;
  }

  /** Delivers the lines that follow like this. */
  void delivers(CompletionStage<Delivery> next) {
    delivery = next;
  }

  /** Each line: event, fields. */
  List<String> lines() {
    return lines;
  }
}
