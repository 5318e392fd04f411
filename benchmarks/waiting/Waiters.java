import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Clients that wait for a change of one secret, each over a connection of its own, and ask again
 * after each answer. The secret is rotated at the emulator some times; meanwhile another client
 * reads another secret. Prints what the agent takes, and how long the answers do.
 *
 * <p>Arguments: the port of the agent, its process id, the file of its token, the address of the
 * emulator, the number of clients, of rotations, and of milliseconds until a client asks again. The
 * agent needs {@code Server.MaxWaiting} and
 * {@code ulimit -n} for the clients, and a short {@code Cache.TtlSeconds}. Run with {@code java
 * Waiters.java}, after {@code ulimit -n}.
 */
final class Waiters {
  private static final String SECRET = "app/dev/secret-1";
  private static final String OTHER = "app/dev/database";
  private static final long WAIT_SECONDS = 60;
  private static final Pattern TAG = Pattern.compile("(?i)\r\nETag: (\\S+)");
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: (\\d+)");

  private final int port;
  private final long agent;
  private final String token;
  private final String emulator;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
  private final Map<Integer, Integer> answers = new TreeMap<>();
  private final List<Long> latencies = new ArrayList<>();
  private final Queue<Answered> answered = new ArrayDeque<>();
  private final long pauseNanos;
  private String tag = "";
  private int changed;
  private long firstChange;
  private long lastChange;

  private Waiters(String[] arguments) throws IOException {
    port = Integer.parseInt(arguments[0]);
    agent = Long.parseLong(arguments[1]);
    token = Files.readString(Path.of(arguments[2])).strip();
    emulator = arguments[3];
    pauseNanos = Duration.ofMillis(Long.parseLong(arguments[6])).toNanos();
  }

  /** A client that asks again at a time of {@link System#nanoTime}. */
  private record Answered(SocketChannel channel, long asksAgain) {}

  public static void main(String[] arguments) throws Exception {
    var waiters = new Waiters(arguments);
    waiters.run(Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]));
    System.exit(0);
  }

  private void run(int clients, int rotations) throws Exception {
    tag = find(TAG, read(new Socket("127.0.0.1", port), SECRET));
    print("before");
    Thread.ofPlatform().daemon().start(this::readOther);
    for (int i = 0; i < clients; i++) {
      var channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, new StringBuilder());
      ask(channel);
    }
    awaitWaiting(clients);
    Thread.sleep(2000);
    print("waiting");
    for (int i = 0; i < rotations; i++) {
      rotate(clients);
      awaitWaiting(clients);
      print("after " + changed + " answers with " + answers);
      answers.clear();
      Thread.sleep(5000);
    }
    print("waiting");
    for (var key : selector.keys()) {
      key.channel().close();
    }
    selector.selectNow();
    Thread.sleep((WAIT_SECONDS + 5) * 1000);
    print("gone");
  }

  private void rotate(int clients) throws Exception {
    changed = 0;
    long start = System.nanoTime();
    long ticks = ticks();
    post("/_emulator/rotate?name=" + SECRET);
    while (changed < clients) {
      turn();
    }
    System.out.printf(
        "rotation: first answer after %d ms, the last %d ms later, processor %d ms%n",
        (firstChange - start) / 1_000_000,
        (lastChange - firstChange) / 1_000_000,
        10 * (ticks() - ticks));
  }

  private void awaitWaiting(int clients) throws Exception {
    while (!metrics().contains("kms_agent_waiting_requests " + clients + ".0")) {
      for (int i = 0; i < 20; i++) {
        turn();
      }
    }
  }

  private void turn() throws IOException {
    selector.select(
        key -> {
          try {
            receive((SocketChannel) key.channel(), (StringBuilder) key.attachment());
          } catch (IOException failed) {
            throw new IllegalStateException(failed);
          }
        },
        10);
    while (!answered.isEmpty() && answered.element().asksAgain() <= System.nanoTime()) {
      ask(answered.remove().channel());
    }
  }

  private void ask(SocketChannel channel) throws IOException {
    var head =
        "GET /secretsmanager/get?secretId=%s HTTP/1.1\r\nHost: localhost\r\nX-KMS-Token: %s\r\n"
                .formatted(SECRET, token)
            + "If-None-Match: %s\r\nPrefer: wait=%d\r\n\r\n".formatted(tag, WAIT_SECONDS);
    channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
  }

  private void receive(SocketChannel channel, StringBuilder text) throws IOException {
    buffer.clear();
    if (channel.read(buffer) < 0) {
      throw new IOException("the agent closed a connection");
    }
    text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
    if (!isWhole(text)) {
      return;
    }
    int status = Integer.parseInt(text.substring(9, 12));
    answers.merge(status, 1, Integer::sum);
    if (status == 200) {
      lastChange = System.nanoTime();
      firstChange = changed++ == 0 ? lastChange : firstChange;
      tag = find(TAG, text);
    }
    text.setLength(0);
    text.trimToSize();
    answered.add(new Answered(channel, System.nanoTime() + pauseNanos));
  }

  private static boolean isWhole(StringBuilder text) {
    int end = text.indexOf("\r\n\r\n");
    var length = LENGTH.matcher(text);
    return end > 0 && text.length() >= end + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
  }

  private static String find(Pattern pattern, CharSequence text) {
    return pattern.matcher(text).results().map(it -> it.group(1)).findFirst().orElseThrow();
  }

  private String read(Socket socket, String secret) throws IOException {
    var head = "GET /secretsmanager/get?secretId=%s HTTP/1.1\r\nHost: localhost\r\nX-KMS-Token: %s\r\n\r\n";
    socket.getOutputStream().write(head.formatted(secret, token).getBytes(StandardCharsets.US_ASCII));
    var text = new StringBuilder();
    InputStream in = socket.getInputStream();
    var bytes = new byte[4096];
    while (!isWhole(text)) {
      text.append(new String(bytes, 0, in.read(bytes), StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }

  /** An ordinary client that reads every few milliseconds. */
  private void readOther() {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      while (true) {
        long start = System.nanoTime();
        var _ = read(socket, OTHER);
        long took = System.nanoTime() - start;
        synchronized (latencies) {
          latencies.add(took / 1000);
        }
        Thread.sleep(2);
      }
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private void print(String when) throws Exception {
    System.out.printf("%s: %s%n", when, process());
    metrics()
        .lines()
        .filter(it -> it.matches("kms_agent_(waiting_requests|audit_lines_lost_total).*"))
        .filter(it -> !it.endsWith(" 0.0"))
        .forEach(it -> System.out.println("  " + it));
    var calls = get("http://" + emulator + "/_emulator/calls");
    System.out.println("  calls of KMS: " + calls.substring(0, Math.min(150, calls.length())));
    synchronized (latencies) {
      var sorted = latencies.stream().sorted().toList();
      if (!sorted.isEmpty()) {
        System.out.printf(
            "  other reads: %d, median %d us, 99%% %d us, longest %d us%n",
            sorted.size(),
            sorted.get(sorted.size() / 2),
            sorted.get(sorted.size() * 99 / 100),
            sorted.getLast());
      }
      latencies.clear();
    }
  }

  private String process() throws IOException {
    var status = Files.readString(Path.of("/proc/" + agent + "/status"));
    try (var files = Files.list(Path.of("/proc/" + agent + "/fd"))) {
      return "resident %s KiB, threads %s, files %d, processor %d ms"
          .formatted(
              find(Pattern.compile("VmRSS:\\s+(\\d+)"), status),
              find(Pattern.compile("Threads:\\s+(\\d+)"), status),
              files.count(),
              10 * ticks());
    }
  }

  /** Hundredths of seconds, by proc_pid_stat(5). */
  private long ticks() throws IOException {
    var stat = Files.readString(Path.of("/proc/" + agent + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private String metrics() throws Exception {
    return get("http://127.0.0.1:" + port + "/metrics");
  }

  private String get(String uri) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString()).body();
  }

  private void post(String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://" + emulator + path));
    var _ = http.send(request.POST(HttpRequest.BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }
}
