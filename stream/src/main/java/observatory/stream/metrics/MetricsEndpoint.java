package observatory.stream.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What this program says of itself, at {@code /metrics} in Prometheus' text format. Listens on the loopback interface
 * unless it is told otherwise.
 */
public final class MetricsEndpoint implements AutoCloseable {
    private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server;
    private final ExecutorService threads;

    private MetricsEndpoint(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** On the loopback interface; port 0 for any. */
    public static MetricsEndpoint start(int port, String version) throws IOException {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), version);
    }

    /** @throws IOException where the address is taken or not ours */
    public static MetricsEndpoint start(InetSocketAddress address, String version) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        ExecutorService threads = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("observatory-metrics").factory());
        MetricsEndpoint endpoint = new MetricsEndpoint(server, threads);
        new JvmMemoryMetrics().bindTo(endpoint.registry);
        new JvmThreadMetrics().bindTo(endpoint.registry);
        Gauge.builder("observatory.build.info", () -> 1)
                .tag("version", version)
                .description("Which version answers; always 1")
                .register(endpoint.registry);
        server.setExecutor(threads);
        server.createContext("/metrics", endpoint::answer);
        server.start();
        return endpoint;
    }

    /** Where others add what they measure. */
    public MeterRegistry registry() {
        return registry;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        registry.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] text = registry.scrape(FORMAT).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", FORMAT);
            exchange.sendResponseHeaders(200, text.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(text);
            }
        }
    }
}
