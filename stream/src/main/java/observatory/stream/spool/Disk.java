package observatory.stream.spool;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Opens database files; tests open such as fail. */
@FunctionalInterface
interface Disk {
    Disk REAL = file -> DriverManager.getConnection("jdbc:sqlite:" + file);

    Connection open(Path file) throws SQLException;
}
