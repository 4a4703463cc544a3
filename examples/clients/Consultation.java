// A consultation over the JSON API, in Java 17, with Gson for JSON (Debian's libgoogle-gson-java; any library that keeps numbers as they are written does):
// java -cp /usr/share/java/gson.jar examples/clients/Consultation.java URL ACCOUNT, with the key in PHARMACYFIRST_API_KEY.
// ACCOUNT stands for the pharmacist and the PMR: who, when, what they answer, what they did (examples/account-uti.json, a training patient).

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Function;

public class Consultation {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String key;

    Consultation(String url, String key) {
        this.url = url;
        this.key = key;
    }

    /** Post JSON; what the server answers, as text. once names what is written, so that it can be sent again and is written once. */
    String post(String path, String body, String once) throws Exception {
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/json").header("Authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(body));
        if (once != null) asked.header("Idempotency-Key", once);
        HttpResponse<String> reply = client.send(asked.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (reply.statusCode() < 300) return reply.body();
        JsonObject problem = read(reply.body()); // never an all-clear
        throw new IllegalStateException(problem.get("code").getAsString() + ": " + problem.get("detail").getAsString());
    }

    /** Hold a consultation: answer puts a question to somebody and gives the answer, JsonNull for not known. The facts. */
    JsonObject hold(JsonObject given, Function<String, JsonElement> answer) throws Exception {
        JsonObject facts = given.getAsJsonObject("facts");
        for (;;) {
            JsonElement ask = read(post("/v1/next-questions", given.toString(), null)).get("ask");
            if (ask.isJsonNull()) return facts;
            facts.add(ask.getAsString(), answer.apply(ask.getAsString()));
        }
    }

    static JsonObject read(String words) {
        return JsonParser.parseString(words).getAsJsonObject();
    }

    public static void main(String[] arguments) throws Exception {
        Consultation server = new Consultation(arguments[0], System.getenv("PHARMACYFIRST_API_KEY"));
        JsonObject account = read(Files.readString(Path.of(arguments[1])));
        JsonObject answers = account.getAsJsonObject("facts");
        JsonObject given = new JsonObject();
        given.add("pathway", account.get("pathway"));
        given.add("as_of", account.get("as_of"));
        given.add("facts", new JsonObject());
        JsonObject facts = server.hold(given, name -> answers.has(name) ? answers.get(name) : JsonNull.INSTANCE);
        JsonObject found = read(server.post("/v1/assessments", given.toString(), null));
        JsonObject outcome = found.getAsJsonObject("outcome");
        StringBuilder says = new StringBuilder(outcome.get("says").getAsString());
        found.getAsJsonArray("offers").forEach(offer -> says.append(' ').append(offer.getAsJsonObject().get("pgd").getAsString()));
        System.out.println(says);
        if (!outcome.get("kind").getAsString().equals("supply")) return;
        // A consultation of its own each time, and a key of its own for the one thing that is written. For a real supply the id is the one
        // that the permit was given for, and the key is kept with the consultation until the answer is there.
        account.addProperty("id", UUID.randomUUID().toString());
        String once = UUID.randomUUID().toString();
        // What the pharmacist did. A training patient's may be as if at another time; anybody else's is recorded now, without at.
        String at = "?at=" + URLEncoder.encode(account.get("ended_at").getAsString(), StandardCharsets.UTF_8);
        account.add("facts", facts);
        JsonObject kept = read(server.post("/v1/consultations" + at, account.toString(), once));
        System.out.println(kept.get("state").getAsString() + " " + kept.get("done").getAsString());
        String message = server.post("/v1/made-messages", server.post("/v1/made-records" + at, account.toString(), null), null);
        System.out.println("message " + (message.contains("<resource>") && message.toLowerCase().contains("nitrofurantoin")));
    }
}
