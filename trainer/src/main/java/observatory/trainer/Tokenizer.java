package observatory.trainer;

/** Text to token ids and back. Any thread. */
public interface Tokenizer {
    int vocabulary();

    /** The tokens of text in UTF-8. */
    Tokens encode(byte[] text);

    /** The bytes that tokens stand for. */
    byte[] decode(int[] tokens);

    /** A byte is a token: 256 of them, nothing to learn or to load. */
    Tokenizer BYTES = new Tokenizer() {
        @Override
        public int vocabulary() {
            return 256;
        }

        @Override
        public Tokens encode(byte[] text) {
            return StoredTokens.ofText(text);
        }

        @Override
        public byte[] decode(int[] tokens) {
            byte[] text = new byte[tokens.length];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) tokens[i];
            }
            return text;
        }
    };
}
