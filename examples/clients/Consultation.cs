// A consultation over the JSON API, in C#, with what comes with .NET Framework and Mono:
// mcs -r:System.Web.Extensions.dll examples/clients/Consultation.cs; mono Consultation.exe URL ACCOUNT, with the key in PHARMACYFIRST_API_KEY.
// ACCOUNT stands for the pharmacist and the PMR: who, when, what they answer, what they did (examples/account-uti.json, a training patient).

using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Web.Script.Serialization;

public class Consultation
{
    // Numbers with a point are read as decimals: 37.9 stays 37.9.
    static readonly JavaScriptSerializer Json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
    readonly string url, key;

    Consultation(string url, string key) { this.url = url; this.key = key; }

    // Post JSON; what the server answers, as text. once names what is written, so that it can be sent again and is written once.
    string Post(string path, string body, string once = null)
    {
        var asked = (HttpWebRequest)WebRequest.Create(url + path);
        asked.Method = "POST";
        asked.ContentType = "application/json";
        asked.Headers["Authorization"] = "Bearer " + key;
        if (once != null) asked.Headers["Idempotency-Key"] = once;
        var words = new UTF8Encoding(false).GetBytes(body);
        using (var stream = asked.GetRequestStream()) stream.Write(words, 0, words.Length);
        try
        {
            using (var reply = asked.GetResponse()) return Text(reply);
        }
        catch (WebException refused) when (refused.Response != null)
        {
            var problem = Read(Text(refused.Response)); // never an all-clear
            throw new InvalidOperationException(problem["code"] + ": " + problem["detail"]);
        }
    }

    static string Text(WebResponse reply)
    {
        using (var reader = new StreamReader(reply.GetResponseStream(), Encoding.UTF8)) return reader.ReadToEnd();
    }

    static Dictionary<string, object> Read(string words) { return Json.Deserialize<Dictionary<string, object>>(words); }

    // Hold a consultation: answer puts a question to somebody and gives the answer, null for not known.
    void Hold(Dictionary<string, object> given, Func<string, object> answer)
    {
        var facts = (Dictionary<string, object>)given["facts"];
        for (;;)
        {
            var ask = (string)Read(Post("/v1/next-questions", Json.Serialize(given)))["ask"];
            if (ask == null) return;
            facts[ask] = answer(ask);
        }
    }

    public static void Main(string[] arguments)
    {
        var server = new Consultation(arguments[0], Environment.GetEnvironmentVariable("PHARMACYFIRST_API_KEY"));
        var account = Read(File.ReadAllText(arguments[1]));
        var answers = (Dictionary<string, object>)account["facts"];
        var given = new Dictionary<string, object> {
            { "pathway", account["pathway"] }, { "as_of", account["as_of"] }, { "facts", new Dictionary<string, object>() },
        };
        server.Hold(given, name => answers.ContainsKey(name) ? answers[name] : null);
        var found = Read(server.Post("/v1/assessments", Json.Serialize(given)));
        var outcome = (Dictionary<string, object>)found["outcome"];
        var offers = ((ArrayList)found["offers"]).Cast<Dictionary<string, object>>().Select(offer => (string)offer["pgd"]);
        Console.WriteLine(string.Join(" ", new[] { (string)outcome["says"] }.Concat(offers)));
        if ((string)outcome["kind"] != "supply") return;
        // A consultation of its own each time, and a key of its own for the one thing that is written. For a real supply the id is the one
        // that the permit was given for, and the key is kept with the consultation until the answer is there.
        account["id"] = Guid.NewGuid().ToString();
        var once = Guid.NewGuid().ToString();
        // What the pharmacist did. A training patient's may be as if at another time; anybody else's is recorded now, without at.
        var at = "?at=" + Uri.EscapeDataString((string)account["ended_at"]);
        account["facts"] = given["facts"];
        var kept = Read(server.Post("/v1/consultations" + at, Json.Serialize(account), once));
        Console.WriteLine(kept["state"] + " " + kept["done"]);
        var message = server.Post("/v1/made-messages", server.Post("/v1/made-records" + at, Json.Serialize(account)));
        Console.WriteLine("message " + (message.Contains("<resource>") && message.ToLower().Contains("nitrofurantoin")));
    }
}
