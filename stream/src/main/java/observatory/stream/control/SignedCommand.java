package observatory.stream.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import observatory.probe.Command;
import observatory.probe.RunId;
import observatory.stream.wire.Json;

/**
 * A command as it travels: the signed bytes as they were signed, and the signature over them. What is signed names the
 * run, the operator, a nonce, a sequence number of that operator, and until when it may be obeyed; {@code dryRun} asks
 * only whether it would be.
 */
public record SignedCommand(byte[] signed, byte[] signature) {
    private static final String ALGORITHM = "Ed25519";
    private static final int BYTES = 16 << 10;

    /** What the signature covers. */
    public record Order(
            RunId run,
            String operator,
            String nonce,
            long sequence,
            Instant issued,
            Instant expires,
            boolean dryRun,
            Command command) {
        /** An order that may be obeyed for a while from now on. */
        public Order {
            if (nonce.length() < 16 || nonce.length() > 64) {
                throw new IllegalArgumentException("a nonce has 16 to 64 characters: " + nonce.length());
            }
        }

        Duration validity() {
            return Duration.between(issued, expires);
        }
    }

    public static SignedCommand sign(Order order, PrivateKey key) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("v", 1)
                .put("run", order.run().value())
                .put("operator", order.operator())
                .put("nonce", order.nonce())
                .put("sequence", order.sequence())
                .put("issued", order.issued().toString())
                .put("expires", order.expires().toString())
                .put("dryRun", order.dryRun());
        node.set("command", CommandJson.write(order.command()));
        byte[] bytes = node.toString().getBytes(StandardCharsets.UTF_8);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            return new SignedCommand(bytes, signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key cannot sign: " + e.getMessage(), e);
        }
    }

    boolean signedBy(PublicKey key) {
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(signed);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // Not even the shape of a signature.
        }
    }

    /** @throws IllegalArgumentException where what was signed is no order */
    Order order() {
        try {
            JsonNode node = Json.mapper().readTree(signed);
            if (node == null || node.path("v").asInt() != 1) {
                throw new IllegalArgumentException("an order of version 1 was expected");
            }
            return new Order(
                    new RunId(node.path("run").asText()),
                    node.path("operator").asText(),
                    node.path("nonce").asText(),
                    node.path("sequence").asLong(-1),
                    Instant.parse(node.path("issued").asText()),
                    Instant.parse(node.path("expires").asText()),
                    node.path("dryRun").asBoolean(false),
                    CommandJson.read(node.path("command")));
        } catch (IOException | DateTimeException e) {
            throw new IllegalArgumentException("not an order: " + e.getMessage(), e);
        }
    }

    public byte[] encode() {
        Base64.Encoder base64 = Base64.getEncoder();
        return Json.mapper()
                .createObjectNode()
                .put("signed", base64.encodeToString(signed))
                .put("signature", base64.encodeToString(signature))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException where the bytes are no signed command */
    static SignedCommand decode(byte[] bytes) {
        if (bytes == null || bytes.length > BYTES) {
            throw new IllegalArgumentException("a signed command has at most " + BYTES + " bytes");
        }
        try {
            JsonNode node = Json.mapper().readTree(bytes);
            if (node == null
                    || !node.path("signed").isTextual()
                    || !node.path("signature").isTextual()) {
                throw new IllegalArgumentException("unsigned: a command comes with signed and signature");
            }
            Base64.Decoder base64 = Base64.getDecoder();
            return new SignedCommand(
                    base64.decode(node.path("signed").textValue()),
                    base64.decode(node.path("signature").textValue()));
        } catch (IOException e) {
            throw new IllegalArgumentException("not a signed command", e);
        }
    }
}
