using System.Globalization;
using Pare.Recipes;
using Pare.Report;

namespace Pare.Cli;

/// <summary>
/// One line that says how far long work is and how long it will still take. On a terminal the line is rewritten in place;
/// elsewhere a new line comes every ten seconds.
/// </summary>
internal sealed class ProgressLine(TextWriter? writer, string what, TimeProvider time) : IDisposable
{
    private readonly long _start = time.GetTimestamp();
    private readonly bool _inPlace = writer is not null && Terminal.IsTerminal(writer);
    private TimeSpan _next = TimeSpan.FromSeconds(0.2);
    private int _shown;

    /// <summary>Says that <paramref name="done"/> of <paramref name="total"/> is finished.</summary>
    public void Report(double done, double total, string detail = "")
    {
        var share = total > 0 ? Math.Clamp(done / total, 0, 1) : 0;
        var left = share > 0 ? $", {Duration(time.GetElapsedTime(_start) * ((1 - share) / share))} left" : "";
        Show(string.Create(CultureInfo.InvariantCulture, $"{what} {share * 100:0} %{left}{(detail.Length > 0 ? "  " + detail : "")}"));
    }

    /// <summary>Says how far training is.</summary>
    /// <param name="stage">What is trained for; empty where there is nothing to tell apart.</param>
    public void Report(TrainProgress training, string stage = "")
    {
        var validation = training.Validation is { } value ? $", validation {Format.Percent(value)}" : "";
        var prefix = stage.Length > 0 ? stage + ": " : "";
        Show(string.Create(CultureInfo.InvariantCulture,
            $"{prefix}epoch {Math.Ceiling(training.Epoch):0}/{training.Epochs}, loss {training.Loss:0.0000}{validation}, {Format.Count((long)training.ExamplesPerSecond)} examples/s, {Duration(training.Left)} left"));
    }

    /// <summary>Says how far a recipe is.</summary>
    /// <param name="prefix">Goes before its stage.</param>
    public void Report(RecipeProgress progress, string prefix = "")
    {
        if (progress.Training is { } training) Report(training, prefix + progress.Stage);
        else Show(string.Create(CultureInfo.InvariantCulture, $"{prefix}{progress.Stage}: {100 * progress.Share:0} %"));
    }

    /// <summary>A note that stays.</summary>
    public void Note(string text)
    {
        if (writer is null) return;
        Clear();
        writer.WriteLine(text);
    }

    public void Dispose() => Clear();

    /// <summary>A length of time as a person says it: 45 s, 3 min 20 s, 2 h 5 min.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    private void Show(string text)
    {
        var elapsed = time.GetElapsedTime(_start);
        if (writer is null || elapsed < _next) return;
        _next = elapsed + TimeSpan.FromSeconds(_inPlace ? 0.1 : 10);
        if (!_inPlace)
        {
            writer.WriteLine(text);
            return;
        }
        // A line that wraps could not be rewritten.
        if (text.Length >= Console.WindowWidth) text = text[..Math.Max(0, Console.WindowWidth - 1)];
        writer.Write('\r' + text.PadRight(_shown));
        writer.Flush();
        _shown = text.Length;
    }

    private void Clear()
    {
        if (_shown == 0) return;
        writer!.Write('\r' + new string(' ', _shown) + '\r');
        writer.Flush();
        _shown = 0;
    }
}
