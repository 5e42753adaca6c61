package observatory.analysis.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import observatory.stream.wire.Json;

/** A webhook of somebody, on this machine. */
final class Hook implements AutoCloseable {
    private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Hook() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            bodies.add(Json.mapper().readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** What was posted, in order. */
    List<JsonNode> bodies() {
        return List.copyOf(bodies);
    }

    List<String> statuses() {
        return bodies.stream().map(body -> body.path("status").asText()).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
