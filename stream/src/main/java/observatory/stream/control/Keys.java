package observatory.stream.control;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/**
 * Ed25519 keys of operators. The private one is a PKCS#8 PEM file that only its owner can read; the public one is a
 * line {@code ed25519 BASE64 NAME} for the configuration of a trainer.
 */
public final class Keys {
    private static final String ALGORITHM = "Ed25519";
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final String PUBLIC = ".pub";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private Keys() {}

    /** A key a trainer trusts, and whose it is. */
    public record Trusted(String operator, PublicKey key) {}

    /**
     * Makes a key pair: the private key in the file, the public one beside it with {@code .pub} appended.
     *
     * @return the line for the configuration of trainers
     * @throws FileAlreadyExistsException where a file is in the way; keys are never overwritten
     */
    public static String create(Path file, String operator) throws IOException {
        checkName(operator);
        KeyPair pair = generate();
        String pem = BEGIN + "\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n" + END + "\n";
        FileAttribute<Set<PosixFilePermission>> mode = PosixFilePermissions.asFileAttribute(OWNER);
        // Made with its mode, not changed to it: between the two anybody could have opened it.
        Files.createFile(file, mode);
        Files.writeString(file, pem);
        String line = line(pair.getPublic(), operator);
        Files.writeString(publicFile(file), line + "\n", StandardOpenOption.CREATE_NEW);
        return line;
    }

    public static Path publicFile(Path file) {
        return file.resolveSibling(file.getFileName() + PUBLIC);
    }

    /** @throws IOException where the file is no such key, or others can read it */
    public static PrivateKey privateKey(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(PUBLIC)) {
            throw new IOException(file + " is the public part, for trainers; sign with "
                    + name.substring(0, name.length() - PUBLIC.length()) + " beside it");
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        if (!OWNER.containsAll(mode)) {
            throw new IOException("others can read the private key " + file + " (" + PosixFilePermissions.toString(mode)
                    + "); chmod 600 it, and make a new one if they may have");
        }
        String pem = Files.readString(file).replace(BEGIN, "").replace(END, "").replaceAll("\\s", "");
        try {
            byte[] bytes = Base64.getDecoder().decode(pem);
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " is no Ed25519 private key; make one with `observatory keys new`", e);
        }
    }

    /** @throws IllegalArgumentException where the line is not {@code ed25519 BASE64 NAME} */
    public static Trusted trusted(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length != 3 || !words[0].equals("ed25519")) {
            throw new IllegalArgumentException(
                    "a trusted key is a line `ed25519 BASE64 NAME`, as `observatory keys new` prints it: "
                            + words.length + " words");
        }
        checkName(words[2]);
        try {
            byte[] bytes = Base64.getDecoder().decode(words[1]);
            return new Trusted(
                    words[2], KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the trusted key of " + words[2] + " is no Ed25519 public key", e);
        }
    }

    static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 15 on has Ed25519", e);
        }
    }

    static String line(PublicKey key, String operator) {
        return "ed25519 " + Base64.getEncoder().encodeToString(key.getEncoded()) + " " + operator;
    }

    private static void checkName(String operator) {
        if (!operator.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw new IllegalArgumentException(
                    "an operator is named by 1 to 64 of A-Z a-z 0-9 . _ @ -: " + operator + "; try " + "alice");
        }
    }
}
