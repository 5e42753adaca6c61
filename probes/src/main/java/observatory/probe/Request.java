package observatory.probe;

import java.util.Objects;

/**
 * A command on its way to a trainer, after whoever carried it has checked that it may be given: the number that the
 * answer names, and who gave it.
 */
public record Request(String id, String operator, Command command) {
    public Request {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(operator, "operator");
        Objects.requireNonNull(command, "command");
    }
}
