using System.CommandLine;
using System.CommandLine.Invocation;
using Pare.Compress;
using Spectre.Console;

namespace Pare.Cli;

/// <summary>Help pages: the overview of <c>pare</c>, and one page a verb.</summary>
internal sealed class Help : SynchronousCommandLineAction
{
    /// <summary>Columns that texts beside options need; on a narrower terminal they stand below.</summary>
    private const int LeastText = 60;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        Terminal.Render(output, console =>
        {
            switch (parseResult.CommandResult.Command)
            {
                case VerbCommand verb:
                    WriteVerb(verb, console);
                    break;
                case RootCommand root:
                    WriteOverview(root, console);
                    break;
                case var group:
                    WriteGroup(group, console);
                    break;
            }
        });
        return 0;
    }

    /// <summary>A command as it is typed: <c>pare landmarks train</c>.</summary>
    public static string PathOf(Command command) =>
        command is RootCommand ? "pare" : $"{PathOf(command.Parents.OfType<Command>().First())} {command.Name}";

    public static void WriteOverview(Command root, TextWriter writer) => Terminal.Render(writer, console => WriteOverview(root, console));

    private static void WriteOverview(Command root, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]Pare {Machines.Pare}[/]  {Markup.Escape(root.Description!)}");
        console.WriteLine();
        Section(console, "Usage", [("pare VERB [arguments] [options]", ""), ("pare VERB --help", "what a verb does and takes")]);
        Section(console, "Verbs", root.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description!)));
        Section(console, "Start here",
        [
            ("pare compress lenet5", "train on built-in data, compress, report, in a few minutes"),
            ("pare inspect model.onnx", "both costs of a network, layer by layer"),
        ]);
        console.WriteLine("MODEL is a path (.onnx, .pare) or the name of a network that 'pare zoo' lists.");
    }

    private static void WriteGroup(Command group, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]{PathOf(group)}[/] VERB [[options]]");
        console.WriteLine();
        console.WriteLine(group.Description!);
        console.WriteLine();
        Section(console, "Verbs", group.Subcommands.Select(c => (c.Name, c.Description!)));
    }

    private static void WriteVerb(VerbCommand verb, IAnsiConsole console)
    {
        var arguments = string.Concat(verb.Arguments.Select(a => ' ' + Usage(a)));
        var required = string.Concat(verb.Options.Where(o => o.Required).Select(o => $" {o.Aliases.Append(o.Name).MinBy(n => n.Length)} {o.HelpName}"));
        console.MarkupLine($"[bold]{PathOf(verb)}[/]{Markup.Escape(arguments + required)} [[options]]");
        console.WriteLine();
        console.WriteLine(verb.Description!);
        if (verb.Details.Length > 0) console.WriteLine(verb.Details);
        console.WriteLine();
        Section(console, "Arguments", verb.Arguments.Select(a => (a.Name, a.Description ?? "")));
        foreach (var group in verb.Groups) Section(console, group.Title, group.Select(o => (Names(o), o.Description ?? "")));
        Section(console, "Examples", verb.Examples.Select(e => (e, "")));
    }

    private static string Usage(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string Names(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(n => n.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static void Section(IAnsiConsole console, string title, IEnumerable<(string Left, string Right)> rows)
    {
        var lines = rows.ToList();
        if (lines.Count == 0) return;
        console.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
        if (console.Profile.Width - lines.Max(l => l.Left.Length) >= LeastText) WriteBeside(console, lines);
        else WriteBelow(console, lines);
        console.WriteLine();
    }

    private static void WriteBeside(IAnsiConsole console, List<(string Left, string Right)> lines)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2)).AddColumn(new GridColumn().PadRight(0));
        foreach (var (left, right) in lines) grid.AddRow(Name(left), new Text(right));
        console.Write(grid);
    }

    private static void WriteBelow(IAnsiConsole console, List<(string Left, string Right)> lines)
    {
        foreach (var (left, right) in lines)
        {
            console.Write(new Padder(Name(left), new Padding(2, 0, 0, 0)));
            if (right.Length > 0) console.Write(new Padder(new Text(right), new Padding(6, 0, 0, 0)));
        }
    }

    private static Markup Name(string text) => new($"[cyan]{Markup.Escape(text)}[/]");
}
