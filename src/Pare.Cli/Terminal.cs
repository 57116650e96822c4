using Spectre.Console;

namespace Pare.Cli;

/// <summary>Consoles over the given streams: colour and boxes on a terminal, plain text where redirected or where NO_COLOR is set.</summary>
internal static class Terminal
{
    private const int PlainWidth = 160;

    /// <summary>Renders to the stream. Plain text has no blanks at the ends of its lines.</summary>
    public static void Render(TextWriter writer, Action<IAnsiConsole> render)
    {
        if (IsTerminal(writer))
        {
            render(Of(writer));
            return;
        }
        using var plain = new StringWriter();
        render(Of(plain));
        foreach (var line in plain.ToString().TrimEnd('\n').Split('\n')) writer.WriteLine(line.TrimEnd());
    }

    private static IAnsiConsole Of(TextWriter writer)
    {
        var isTerminal = IsTerminal(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = UsesColor(writer) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal) console.Profile.Width = PlainWidth;
        return console;
    }

    /// <summary>True where the stream is the process's own and a person looks at it.</summary>
    public static bool IsTerminal(TextWriter writer) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected) || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected);

    private static bool UsesColor(TextWriter writer) =>
        IsTerminal(writer) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
