using System.Globalization;

namespace Pare.Torch.Training;

/// <summary>How far a training run is.</summary>
/// <param name="Epoch">Whole epochs done.</param>
/// <param name="Step">Steps done in the one after them.</param>
/// <param name="LossSum">The loss of that epoch's examples so far, added up.</param>
/// <param name="Seen">How many these were.</param>
/// <param name="Seconds">What training took so far.</param>
internal readonly record struct TrainPosition(int Epoch, int Step, double LossSum, int Seen, double Seconds)
{
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Epoch} {Step} {LossSum:R} {Seen} {Seconds:R}");

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="BadInputException">It did not write this.</exception>
    public static TrainPosition Parse(string text) =>
        text.Split(' ') is [var epoch, var step, var sum, var seen, var seconds]
        && int.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var e) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
        && double.TryParse(sum, NumberStyles.Float, CultureInfo.InvariantCulture, out var l) && int.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var t)
            ? new TrainPosition(e, s, l, n, t)
            : throw new BadInputException($"a checkpoint's position is '{text}'; epoch, step, loss, examples and seconds are needed");
}
