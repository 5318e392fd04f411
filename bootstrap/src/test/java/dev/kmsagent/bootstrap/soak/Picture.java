package dev.kmsagent.bootstrap.soak;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Draws what the agents used over time, with the faults below, as SVG. */
record Picture(Timeline timeline, List<Samples> samples) {
  private static final List<String> COLOURS = List.of("#1b6ca8", "#d1495b", "#3a7d44", "#8d5a97");
  private static final List<String> SERVICES = List.of("KMS", "STS", "metadata service", "Redis");
  private static final int LEFT = 130;
  private static final int WIDTH = 800;
  private static final int PANEL = 120;
  private static final int LANE = 16;

  Picture {
    samples = List.copyOf(samples);
  }

  String svg() {
    var figures = Samples.Figure.values();
    var faults = figures.length * (PANEL + 30) + 20;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">
        <rect width="100%%" height="100%%" fill="white"/>
        %s%s%s</svg>
        """
        .formatted(
            LEFT + WIDTH + 20,
            faults + SERVICES.size() * LANE + 50,
            IntStream.range(0, figures.length)
                .mapToObj(i -> panel(figures[i], 20 + i * (PANEL + 30)))
                .collect(joining()),
            lanes(faults),
            legend(faults + SERVICES.size() * LANE + 35));
  }

  private double most(Samples.Figure figure) {
    return samples.stream()
        .flatMap(of -> of.all().stream())
        .mapToDouble(figure::of)
        .max()
        .orElse(1);
  }

  private double x(long time) {
    var end = samples.getFirst().all().getLast().time();
    return LEFT + (double) WIDTH * (time - timeline.start()) / (end - timeline.start());
  }

  private String panel(Samples.Figure figure, int top) {
    var most = most(figure);
    var axis =
        """
        <text x="%d" y="%d">%s</text>
        <text x="%d" y="%d" text-anchor="end">%.0f</text><text x="%d" y="%d" text-anchor="end">0</text>
        <rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#bbb"/>
        """
            .formatted(
                LEFT,
                top - 5,
                figure.title(),
                LEFT - 8,
                top + 8,
                most,
                LEFT - 8,
                top + PANEL,
                LEFT,
                top,
                WIDTH,
                PANEL);
    return axis
        + IntStream.range(0, samples.size())
            .mapToObj(i -> line(samples.get(i), figure, COLOURS.get(i), top + PANEL, PANEL / most))
            .collect(joining());
  }

  private String line(Samples of, Samples.Figure figure, String colour, int bottom, double scale) {
    var points =
        of.all().stream()
            .map(one -> "%.1f,%.1f".formatted(x(one.time()), bottom - figure.of(one) * scale))
            .collect(joining(" "));
    return "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>\n".formatted(points, colour);
  }

  /** For each service a line with the times at which it failed. */
  private String lanes(int top) {
    return IntStream.range(0, SERVICES.size())
        .mapToObj(i -> lane(SERVICES.get(i), top + i * LANE))
        .collect(joining());
  }

  private String lane(String service, int top) {
    var name =
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s fails</text>\n"
            .formatted(LEFT - 8, top + LANE - 5, service);
    return name
        + timeline.all().stream()
            .filter(window -> window.service().equals(service))
            .map(window -> mark(window, top))
            .collect(joining());
  }

  private String mark(Window window, int top) {
    var end = samples.getFirst().all().getLast().time();
    var from = x(window.begin());
    return "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n"
        .formatted(
            from,
            top + 2,
            Math.max(1, x(Math.min(end, window.end())) - from),
            LANE - 4,
            window.effect() == Window.Effect.IDENTITY_REFUSED ? "#d1495b" : "#f0a202");
  }

  private String legend(int top) {
    var agents =
        IntStream.range(0, samples.size())
            .mapToObj(
                i ->
                    "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n"
                        .formatted(LEFT + i * 80, top, COLOURS.get(i), samples.get(i).target()))
            .collect(joining());
    var end = samples.getFirst().all().getLast().time();
    return agents
        + Arrays.stream(new double[] {0, 0.25, 0.5, 0.75, 1})
            .mapToObj(part -> tick(part * Window.seconds(end - timeline.start()), part, top - 20))
            .collect(joining());
  }

  private static String tick(double seconds, double part, int top) {
    return "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%.0f s</text>\n"
        .formatted(LEFT + part * WIDTH, top, seconds);
  }
}
