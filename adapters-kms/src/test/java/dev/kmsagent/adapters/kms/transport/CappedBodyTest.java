package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;

final class CappedBodyTest {
  private final CappedBody body = new CappedBody(8);
  private final Exchange exchange = new Exchange();

  @Test
  void a_body_that_fits_is_collected_whole() {
    body.onSubscribe(exchange);
    body.onNext(List.of(bytes("1234"), bytes("56")));
    body.onNext(List.of(bytes("78")));
    body.onComplete();
    assertThat(received().join()).asString(StandardCharsets.UTF_8).isEqualTo("12345678");
  }

  @Test
  void an_empty_body_is_a_body() {
    body.onSubscribe(exchange);
    body.onComplete();
    assertThat(received().join()).isEmpty();
  }

  @Test
  void one_byte_too_many_breaks_the_exchange_off_at_once() {
    body.onSubscribe(exchange);
    body.onNext(List.of(bytes("12345678"), bytes("9"), bytes("never looked at")));
    assertThat(exchange.cancelled).isTrue();
    assertThat(received()).isCompletedExceptionally();
  }

  @Test
  void what_comes_after_that_changes_nothing() {
    body.onSubscribe(exchange);
    body.onNext(List.of(bytes("123456789")));
    body.onNext(List.of(bytes("1")));
    body.onComplete();
    assertThat(received()).isCompletedExceptionally();
  }

  @Test
  void a_broken_exchange_breaks_the_body() {
    body.onSubscribe(exchange);
    body.onError(new IllegalStateException());
    assertThat(received()).isCompletedExceptionally();
  }

  private CompletableFuture<byte[]> received() {
    return body.getBody().toCompletableFuture();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static final class Exchange implements Subscription {
    private boolean cancelled;

    @Override
    public void request(long parts) {}

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
