using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pare.Compress;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>One run of a verb: what was asked, where results and progress go, and when to stop.</summary>
internal sealed class VerbRun(ParseResult parse, CommonOptions common, CancellationToken cancel)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public int Seed => parse.GetValue(common.Seed);
    public int Threads => parse.GetValue(common.Threads);
    public CancellationToken Cancel => cancel;

    /// <summary>The command as it was typed.</summary>
    public string CommandLine => "pare " + string.Join(' ', parse.Tokens.Select(t => Quoted(t.Value)));

    // As a shell takes it back.
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:,=+@%".Contains(c)) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    public T Get<T>(Option<T> option) => parse.GetValue(option)!;

    /// <summary>Whether the user gave the option.</summary>
    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <exception cref="BadInputException">Not exactly one of the options is given.</exception>
    public void NeedsOne(params ReadOnlySpan<Option> options)
    {
        string[] names = [.. options.ToArray().Select(o => o.Name)], given = [.. options.ToArray().Where(Has).Select(o => o.Name)];
        if (given.Length != 1) throw new BadInputException($"one of {string.Join(", ", names)} is needed; {(given.Length == 0 ? "none is" : string.Join(" and ", given) + " are")} given");
    }

    /// <exception cref="BadInputException">An option is given that plays no part in what is asked for.</exception>
    public void Refuse(string with, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
            if (Has(option)) throw new BadInputException($"{option.Name} plays no part in {with}; leave it out");
    }

    public T Get<T>(Argument<T> argument) => parse.GetValue(argument)!;

    /// <summary>Prints the result: the JSON object where <c>--json</c> asks for it, else what <paramref name="render"/> writes.</summary>
    public void Show(JsonObject json, Action<IAnsiConsole> render)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(common.Json)) output.WriteLine(json.ToJsonString(Indented));
        else Terminal.Render(output, render);
    }

    /// <summary>Passes on which share of some work is done, and stops it when the run is cancelled.</summary>
    public IProgress<double> Share(ProgressLine line, string what = "") => new Relay<double>(share =>
    {
        cancel.ThrowIfCancellationRequested();
        line.Report(share, 1, what);
    });

    /// <summary>A line on standard error that the result may hang on; none under <c>--quiet</c>.</summary>
    public void Note(string text)
    {
        using var line = Progress("");
        line.Note(text);
    }

    /// <summary>Progress of long work on standard error; nothing under <c>--quiet</c>.</summary>
    public ProgressLine Progress(string what) => new(parse.GetValue(common.Quiet) ? null : parse.InvocationConfiguration.Error, what, TimeProvider.System);
}
